/** What the dashboard asks, as Grafana sends it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, '../../../deploy/grafana/connects.json');
/** In place of what Grafana works out from what is looked at, and of what is chosen there. */
const VARIABLES: Readonly<Record<string, string>> = { __rate_interval: '2m', job: 'connects' };

export interface Query {
  /** Of its panel. */
  readonly name: string;
  readonly expr: string;
  /** Labels that the legend names. */
  readonly legend: readonly string[];
  /** Asked once, and not over time. */
  readonly instant: boolean;
}

interface Target {
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[];
  readonly annotations: {
    readonly list: readonly (Target & { readonly name: string; readonly titleFormat: string })[];
  };
}

/** @throws for a variable that is not known here */
export function readQueries(): Query[] {
  const { panels, annotations } = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;
  const ofPanels = panels.flatMap(({ title, targets = [] }) => targets.map((one) => queryOf(title, one)));
  const ofAnnotations = annotations.list.map((one) =>
    queryOf(`annotation ${one.name}`, { ...one, legendFormat: one.titleFormat }),
  );
  return [...ofPanels, ...ofAnnotations];
}

const queryOf = (name: string, { expr, legendFormat = '', instant = false }: Target): Query => ({
  name,
  expr: expr.replaceAll(/\$(\w+)/g, (_, variable: string) => {
    const value = VARIABLES[variable];
    if (value === undefined) throw new Error(`${name}: $${variable} is no variable that is known`);
    return value;
  }),
  legend: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label as string),
  instant,
});
