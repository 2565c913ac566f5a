/** What the HTTP API says when it cannot do what was asked: always `{ "error": "…" }`, whatever the reason. */
import type { Context, Env, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** @param error what happened and what was expected instead, as a sentence for whoever wrote the caller */
export const answerError = (context: Context, status: ContentfulStatusCode, error: string): Response =>
  context.json({ error }, status);

/** How an error is answered: as JSON, unless somebody knows better. */
export type AnswerError<E extends Env> = (
  context: Context<E>,
  status: ContentfulStatusCode,
  error: string,
) => Response | Promise<Response>;

/** A route that is there for other methods is 405 and names them in Allow; any other is 404. Call it after the last route. */
export function answerUnknown<E extends Env>(pages: Hono<E>, answer: AnswerError<E> = answerError): void {
  pages.notFound((context) => {
    const { method, path } = context.req;
    const methods = methodsOf(pages, path);
    if (methods.length === 0) return answer(context, 404, `there is no ${path}`);
    const allow = methods.join(', ');
    context.header('Allow', allow);
    return answer(context, 405, `${path} takes ${allow}, and not ${method}`);
  });
}

/** Of the routes at this path, HEAD with GET; none for middleware, which stands at every method. */
function methodsOf<E extends Env>(pages: Hono<E>, path: string): string[] {
  const found = pages.routes.filter((one) => one.method !== 'ALL' && isAt(one.path, path));
  return [...new Set(found.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

/** Whether a path is one of a route's, such as `/runs/:id` or `/runs/:id{[0-9]+}`. */
export function isAt(route: string, path: string): boolean {
  const [wanted, found] = [route.split('/'), path.split('/')];
  return (
    wanted.length === found.length &&
    wanted.every((part, at) => (part.startsWith(':') ? fits(part, found[at] ?? '') : part === found[at]))
  );
}

function fits(parameter: string, text: string): boolean {
  const pattern = /\{(.*)\}$/.exec(parameter)?.[1];
  return pattern === undefined ? text !== '' : new RegExp(`^${pattern}$`).test(text);
}
