// All tools of the set-up, by the name under which commands ask for them.
// @ts-check
import { authEmulatorTool } from './tool-auth-emulator.mjs';
import { firestoreEmulatorTool } from './tool-firestore-emulator.mjs';
import { goTool } from './tool-go.mjs';
import { javaTool } from './tool-java.mjs';
import { nodeTool } from './tool-node.mjs';
import { packagesTool } from './tool-packages.mjs';

/**
 * One tool: how to find it, and either how to make it or why it cannot be had.
 * @typedef {object} Tool
 * @property {string} id its name in found.json
 * @property {string} title its name for people
 * @property {string[]} [after] tools that making this one waits for at some point
 * @property {string} [lane] tools of one lane are made one after the other
 * @property {(cached: import('./state.mjs').Found | undefined) => import('./state.mjs').Found | undefined} find quick when nothing changed
 * @property {() => import('./failure.mjs').SetupFailure | undefined} [blocked] asked when it was not found: why it cannot be made here
 * @property {(doing: (text: string) => void, earlier: Promise<unknown>) => Promise<void>} [make] `earlier`: the tools named by `after` are there
 */

const PULUMI_VERSION_VARIABLE = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version';

/** @type {readonly Tool[]} */
export const tools = [
  nodeTool,
  packagesTool,
  javaTool,
  firestoreEmulatorTool,
  authEmulatorTool,
  goTool({
    id: 'pulumi',
    title: 'Pulumi CLI',
    main: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
    module: 'github.com/pulumi/pulumi/pkg/v3',
    tags: ['osusergo', 'grpcnotrace'],
    ldflags: (version) => `-s -w -X ${PULUMI_VERSION_VARIABLE}=${version}`,
    duration: 'about 4 minutes',
    elsewhere: 'https://www.pulumi.com/docs/install',
  }),
  goTool({
    id: 'k6',
    title: 'k6',
    main: 'go.k6.io/k6/v2',
    module: 'go.k6.io/k6/v2',
    tags: [],
    ldflags: () => '-s -w',
    duration: 'about a minute',
    elsewhere: 'https://grafana.com/docs/k6/latest/set-up/install-k6',
  }),
];
