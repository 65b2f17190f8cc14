/** The end of a run: the whole summary as JSON for `verify`, and k6's table for people is left to `npm run load`. */

/** k6's hook: its return value names files and their content. */
export function handleSummary(data: object): Record<string, string> {
  return { [__ENV['SUMMARY_FILE'] ?? 'summary.json']: JSON.stringify(data) };
}
