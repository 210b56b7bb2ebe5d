/** Provides services on the host base that store lines, for tests. */
import type { PlannedService } from '@harmont/ir'
import type { Job } from '../../core/model.ts'
import { serviceLogId } from '../../service-log.ts'
import { type Bench, logOf } from '../runner.test-support.ts'

/** Stores lines in /data, and answers each connection with all of them. */
export const keeper = `exec python3 -uc 'import socket, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = socket.create_server(("0.0.0.0", 5000))
print("keeper is up")
while True:
  peer = server.accept()[0]
  line = peer.recv(4096).decode()
  if line.strip() == "die": sys.exit(3)
  if line.strip() != "": open("/data", "a").write(line); print("kept " + line.strip())
  peer.sendall(open("/data").read().encode()); peer.close()'`

export function service(name: string, more: Partial<PlannedService> = {}): PlannedService {
  return {
    ...{ name, image: 'host', env: {}, command: `touch /data; ${keeper}`, from: null, needs: [] },
    ready: { port: 5000, command: null, log: null, timeoutSeconds: 20 },
    stop: { signal: null, seconds: 5 },
    ...{ localhost: false, egress: false },
    ...more,
  }
}

export const tell = (line: string, name = 'db') =>
  `python3 -c 'import socket; s = socket.create_connection(("${name}", 5000), 2); s.sendall(b"${line}\\n"); print(s.recv(4096).decode(), end="")'`

export function logOfService(bench: Pick<Bench, 'store'>, job: Job | undefined, name = 'db'): Promise<string> {
  return logOf(bench, job && { ...job, id: serviceLogId(job.id, name) })
}
