"""Every page of the portal, in the order in which addresses are tried; the last one answers all that no other knows."""

from gateway.portal import assets
from gateway.portal.pages import (
    account,
    applications,
    attempts,
    cabinet,
    feeds,
    grants,
    home,
    lost,
    open_data,
    operations,
    organisations,
    profile,
    programmes,
    provider,
    queue,
    reports,
    route,
)

ROUTERS = [
    assets.router,
    home.router,
    programmes.router,
    organisations.router,
    feeds.router,
    open_data.router,
    account.router,
    cabinet.router,
    applications.router,
    attempts.router,
    profile.router,
    route.router,
    queue.router,
    provider.router,
    grants.router,
    operations.router,
    reports.router,
    lost.router,
]
