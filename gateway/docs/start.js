"use strict";
// Swagger UI on our own document; requests that change something carry the session's CSRF token.
const session = fetch("/api/v1/session", { headers: { accept: "application/json" } })
  .then((answer) => (answer.ok ? answer.json() : {}))
  .catch(() => ({}));

window.ui = SwaggerUIBundle({
  url: "/api/docs/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    const { csrf_token } = await session;
    if (csrf_token && !["GET", "HEAD"].includes((request.method || "GET").toUpperCase())) request.headers["X-CSRF-Token"] = csrf_token;
    return request;
  },
});
