// Invokes: questions that a program asks the cloud.
import type { Cloud } from '../resources/resource.ts';
import type { Properties } from './property-values.ts';

type Invoke = (args: Properties, cloud: Cloud) => Properties;

const INVOKES: Readonly<Record<string, Invoke>> = {
  'gcp:organizations/getProject:getProject': (args, cloud) => {
    const asked = args['projectId'] ?? cloud.projectId;
    if (asked !== cloud.projectId) throw new Error(`the local cloud has only the project ${cloud.projectId}`);
    return {
      id: `projects/${cloud.projectId}`,
      projectId: cloud.projectId,
      name: cloud.projectId,
      number: cloud.projectNumber,
      autoCreateNetwork: false,
      billingAccount: '',
      deletionPolicy: 'PREVENT',
      effectiveLabels: {},
      folderId: '',
      labels: {},
      orgId: '',
      pulumiLabels: {},
      tags: {},
    };
  },
  'gcp:organizations/getClientConfig:getClientConfig': (_, cloud) => ({
    id: `projects/${cloud.projectId}/regions/${cloud.region}/zones/${cloud.region}-a`,
    project: cloud.projectId,
    region: cloud.region,
    zone: `${cloud.region}-a`,
    // Opens nothing: there is no Google API behind it.
    accessToken: 'local',
    defaultLabels: {},
  }),
};

/** The answer of a function. Throws, naming what there is, for functions that the local cloud does not know. */
export function invoke(token: string, args: Properties, cloud: Cloud): Properties {
  const answer = INVOKES[token];
  if (answer) return answer(args, cloud);
  const names = Object.keys(INVOKES).map((name) => name.slice(name.lastIndexOf(':') + 1));
  throw new Error(`the local cloud does not answer ${token} (only ${names.join(', ')})`);
}
