# One image for every process: `worker`, `scheduler`, `console`, `serve`, `sweep`, `migrate`, …
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY jobs ./jobs
COPY migrations ./migrations
# Source maps and types are read by nobody who runs it.
RUN npm run build -- --sourceMap false && npm prune --omit=dev \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user `node` of the image, as a number: Kubernetes tells by it alone that this is not root.
USER 1000:1000
# Node is process 1 and listens to SIGTERM itself: a stop drains, it does not kill.
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve"]
