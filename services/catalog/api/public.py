"""Public reads: cacheable for a second, and not sent again while they are the same."""

import hashlib

from fastapi import Request, Response

from shared.edge import Edge, Run

FRESH = "public, max-age=1"


class Public(Edge):
    """An `Edge` whose answers to guests carry a weak ETag; whoever has a role may see more, so theirs is nobody else's."""

    at_once = True

    def get_route_handler(self) -> Run:
        run = super().get_route_handler()

        async def conditional(request: Request) -> Response:
            response = await run(request)
            if request.method != "GET" or response.status_code != 200:
                return response
            tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:20]}"'
            freshness = "private, max-age=0" if request.state.caller.grants else FRESH
            headers = {"ETag": tag, "Cache-Control": freshness, "Vary": "Authorization"}
            if tag in (one.strip() for one in request.headers.get("if-none-match", "").split(",")):
                return Response(status_code=304, headers=headers)
            response.headers.update(headers)
            return response

        return conditional
