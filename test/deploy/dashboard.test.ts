/** The dashboard asks for all metrics, and for no other. That each query finds something is `npm run prove -- dashboard`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '../../src/metrics.ts';
import { root } from '../support/cli.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}
const { panels } = JSON.parse(readFileSync(join(root, 'deploy/grafana/connects.json'), 'utf8')) as {
  panels: readonly Panel[];
};
const asked = panels.flatMap(({ targets = [] }) =>
  targets.flatMap(({ expr }) => expr.match(/\bconnects_[a-z_]+/g) ?? []),
);

test('it shows every metric, and none that there is not', () => {
  const histograms = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');
  expect([...new Set(asked.map(histograms))].toSorted()).toEqual(Object.keys(METRICS).toSorted());
});

test('what every process tells alike is not added up', () => {
  const exprs = panels.flatMap(({ targets = [] }) => targets.map((one) => one.expr));
  const own =
    /^(max|time|sum\(max|histogram_quantile|sum\(up|count\(ALERTS|connects_clock_skew|count by \(version)/;
  expect(exprs.filter((one) => !own.test(one))).toEqual([]);
});

test('its panels have places and names of their own', () => {
  expect(new Set(panels.map((one) => one.id)).size).toBe(panels.length);
  const shown = panels.filter((one) => one.type !== 'row');
  const titles = shown.map(({ type, title }) => `${type} ${title}`);
  expect(new Set(titles).size).toBe(titles.length);
  const overlaps = ({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean =>
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  const together = panels.flatMap((one, at) =>
    panels.slice(at + 1).flatMap((other) => (overlaps(one, other) ? [`${one.title}, ${other.title}`] : [])),
  );
  expect(together).toEqual([]);
  expect(panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24)).toBe(true);
  expect(shown.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
});
