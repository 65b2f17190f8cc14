/** The label sets of the catalog's metrics: finite, known at boot, and typed. */
import { metrics, type MetricDefinition, type MetricName } from '@reelbanana/catalog';

type Definition<M extends MetricName> = (typeof metrics)[M];
type OfKind<K extends MetricDefinition['kind']> = {
  [M in MetricName]: Definition<M>['kind'] extends K ? M : never;
}[MetricName];

export type CounterName = OfKind<'counter'>;
export type HistogramName = OfKind<'histogram'>;
export type GaugeName = OfKind<'gauge'>;

/** The labels of a metric: exactly its own, each one of its values (`route`: any route of the service). */
export type Labels<M extends MetricName> = {
  readonly [L in keyof Definition<M>['labels']]: Definition<M>['labels'][L] extends readonly (infer V)[] ? V : string;
};

export type LabelSet = Readonly<Record<string, string>>;

/** The route label of requests that match no route. */
export const unmatchedRoute = 'unmatched';

export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

export const httpDurations = 'http_server_request_duration_seconds';

/** Every label set that a metric can have in a service with these routes. */
export function labelSets(name: MetricName, routes: readonly ServedRoute[]): readonly LabelSet[] {
  const { labels }: MetricDefinition = metrics[name];
  if (name === httpDurations) return httpLabelSets(routes);
  return product(
    Object.entries(labels).map(([label, values]) => [
      label,
      values === 'route' ? routes.map(({ path }) => path) : values,
    ]),
  );
}

/** A route answers its own method alone, so the full product would be mostly series that can never move. */
function httpLabelSets(routes: readonly ServedRoute[]): readonly LabelSet[] {
  const { status_class: classes, method: methods } = metrics[httpDurations].labels;
  const served = routes.flatMap(({ method, path }) =>
    classes.map((status) => ({ route: path, method, status_class: status })),
  );
  // 404 and 405; a method that a path does not take counts as unmatched.
  const unmatched = methods.map((method) => ({ route: unmatchedRoute, method, status_class: '4xx' }));
  return [...served, ...unmatched];
}

function product(dimensions: readonly (readonly [string, readonly string[]])[]): LabelSet[] {
  return dimensions.reduce<LabelSet[]>(
    (sets, [label, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value }))),
    [{}],
  );
}

/** A label set as a map key. */
export function labelKey(labels: LabelSet): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
