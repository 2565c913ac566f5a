# One image for every process: `worker`, `scheduler`, `console`, `serve`, `sweep`, `migrate`, …
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY jobs ./jobs
COPY migrations ./migrations
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
# Node is process 1 and listens to SIGTERM itself: a stop drains, it does not kill.
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve"]
