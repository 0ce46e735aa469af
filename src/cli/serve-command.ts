/* The subcommand `skald serve`; what it runs is loaded when it runs, so that the other commands start at once. */
import {optionFlags, renderHelp} from '../config/index.ts'
import type {Command} from './command.ts'

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the server',
  usage: '[flags]',
  about:
    'Every option is also an environment variable (SKALD_SERVER_LISTEN) and a key of the YAML file given with --config; see docs/CONFIG.md.',
  examples: [
    'skald serve',
    'skald serve --listen 0.0.0.0:3100 --data /var/lib/skald',
    'skald serve --config skald.yaml --limits.profile loki',
  ],
  flags: {},
  extraFlags: () => ['config', ...optionFlags()],
  extraHelp: () => renderHelp(),
  runRaw: async (args, io) => await (await import('./serve.ts')).serve(args, io),
}
