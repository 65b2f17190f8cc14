// Cloud Run's rules for CPU, memory, concurrency and CPU allocation of one container.
import type { Problem } from '../contract/contract.ts';
import type { Container, Template } from './cloud-run-inputs.ts';
import type { Unchecked } from './resource.ts';
import { isSet, known } from './rules.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: MIB, Gi: GIB };

/** Memory above `overBytes` needs at least `cpu`. */
const CPU_FOR_MEMORY = [
  { overBytes: 24 * GIB, cpu: 8 },
  { overBytes: 16 * GIB, cpu: 6 },
  { overBytes: 8 * GIB, cpu: 4 },
  { overBytes: 4 * GIB, cpu: 2 },
];

/** Problems of the container's `resources` block. */
export function resourceLimitRules(
  path: string,
  container: Exclude<Unchecked<Container>, symbol>,
  template: Exclude<Unchecked<Template>, symbol>,
): readonly Problem[] {
  const resources = known(container.resources);
  if (!resources) return [];
  const problems: Problem[] = [];
  const limits = known(resources.limits);
  const say = (name: string, reason: string): void => void problems.push({ path: `${path}.resources.${name}`, reason });

  if (!isSet(resources.cpuIdle)) {
    say('cpuIdle', 'must be set where resources is: absent means CPU is always allocated and billed');
  }
  for (const name of Object.keys(limits ?? {})) {
    if (!['cpu', 'memory', 'nvidia.com/gpu'].includes(name)) {
      say(`limits["${name}"]`, 'only cpu, memory and nvidia.com/gpu have limits');
    }
  }
  const cpuText = known(limits?.['cpu']);
  const memoryText = known(limits?.['memory']);
  const cpu = cpuText === undefined ? 1 : parseCpu(cpuText);
  const memoryBytes = memoryText === undefined ? 512 * MIB : parseBytes(memoryText);
  if (cpu === undefined || !(cpu <= 1 ? cpu >= 0.08 : [2, 4, 6, 8].includes(cpu))) {
    say('limits.cpu', `${String(cpuText)} is not 0.08 to 1, 2, 4, 6 or 8`);
    return problems;
  }
  if (memoryBytes === undefined) {
    say('limits.memory', `${String(memoryText)} is no quantity such as 512Mi or 2Gi`);
    return problems;
  }
  const leastCpu = CPU_FOR_MEMORY.find(({ overBytes }) => memoryBytes > overBytes)?.cpu ?? 0;
  if (cpu < leastCpu) say('limits.memory', `${String(memoryText)} needs at least ${String(leastCpu)} CPU`);
  const leastBytes = cpu >= 6 ? 4 * GIB : cpu === 4 ? 2 * GIB : 0;
  if (memoryBytes < leastBytes) say('limits.memory', `${String(cpu)} CPU need at least ${String(leastBytes / GIB)}Gi`);
  if (memoryBytes > 32 * GIB) say('limits.memory', 'must not exceed 32Gi');
  const second = template.executionEnvironment === 'EXECUTION_ENVIRONMENT_GEN2';
  if (second && memoryBytes < 512 * MIB) say('limits.memory', 'the second generation needs at least 512Mi');
  if (cpu < 1) problems.push(...fractionalCpu(path, cpu, memoryBytes, second, resources.cpuIdle, template));
  return problems;
}

function fractionalCpu(
  path: string,
  cpu: number,
  memoryBytes: number,
  second: boolean,
  cpuIdle: Unchecked<boolean> | undefined,
  template: Exclude<Unchecked<Template>, symbol>,
): readonly Problem[] {
  const problems: Problem[] = [];
  const concurrency = known(template.maxInstanceRequestConcurrency);
  if (concurrency !== undefined && concurrency > 1) {
    problems.push({
      path: 'template.maxInstanceRequestConcurrency',
      reason: `must be 1 with less than 1 CPU, not ${String(concurrency)}`,
    });
  }
  if (cpuIdle === false) {
    problems.push({ path: `${path}.resources.cpuIdle`, reason: 'must be true with less than 1 CPU' });
  }
  if (second) {
    problems.push({
      path: 'template.executionEnvironment',
      reason: 'must be the first generation with less than 1 CPU',
    });
  }
  const mostBytes = cpu >= 0.5 ? GIB : 512 * MIB;
  if (memoryBytes > mostBytes) {
    problems.push({
      path: `${path}.resources.limits.memory`,
      reason: `must not exceed ${String(mostBytes / MIB)}Mi with ${String(cpu)} CPU`,
    });
  }
  return problems;
}

/** `2` or `500m`. */
function parseCpu(text: string): number | undefined {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) / (milli === 'm' ? 1000 : 1);
}

/** `512Mi`, `1G`, `1073741824`. */
function parseBytes(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(k|M|G|Ki|Mi|Gi|)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit ?? ''] ?? 1);
}
