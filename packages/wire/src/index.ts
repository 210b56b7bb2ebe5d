export { type ConnectOptions, connectRunner, type RemotePort } from './connect/connect-runner.ts'
export { WireError } from './connect/transport.ts'
export { openConnections } from './connect/trust.ts'
export { wireHeaders, wirePath, wireVersion } from './protocol.ts'
export {
  type RunnerIdentity,
  type RunnerServer,
  type ServeOptions,
  serveRunners,
} from './serve/serve-runners.ts'
