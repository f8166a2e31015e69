# syntax=docker/dockerfile:1
# One image for every program of the product. Which of them runs is the container's command:
#   apps/server/dist/main.js              all services in one process, and the pages (the default)
#   apps/server/dist/services/points.js   one service
#   apps/server/dist/pages.js             the pages alone, beside services that run by themselves
#   apps/server/dist/migrate.js           brings the database to this version, and ends
# `docker build --tag loyalnest .`; docs/deployment.md says more.

# Only bootstraps: what builds, and what runs later, is the Node of the lockfile. Of the same Debian as the base below.
FROM node:26.10.0-trixie-slim AS build
WORKDIR /src
COPY . .
# Node needs libatomic, which the base below does not have.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libatomic1 \
 && mkdir -p /libraries \
 && cp --dereference /usr/lib/*-linux-gnu/libatomic.so.1 /libraries/
# `dev.sh` installs exactly what the lockfile says, runs no package's own script, and builds.
RUN --mount=type=cache,target=/root/.npm ./dev.sh deploy image /image

# What stands in front of several services, with the files that it sends by itself (`--target nginx`).
FROM nginxinc/nginx-unprivileged:1.29.1-alpine AS nginx
COPY --from=build /image/app/apps/dashboard/dist/assets/ /srv/loyalnest/assets/
COPY --from=build /image/app/apps/widget/dist/ /srv/loyalnest/widget/
COPY docs/openapi.json /srv/loyalnest/

# The C library, libstdc++, certificates, and neither a shell nor a package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /libraries/ /usr/local/lib/
COPY --from=build /image/ /
WORKDIR /app
ENV LD_LIBRARY_PATH=/usr/local/lib \
    NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=7400
# `nonroot`, as a number: Kubernetes can see that it is not 0.
USER 65532:65532
EXPOSE 7400
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/node", "apps/server/dist/health.js"]
ENTRYPOINT ["/usr/local/bin/node", "--enable-source-maps", "--v8-pool-size=1", "--no-allocation-site-pretenuring"]
CMD ["apps/server/dist/main.js"]
