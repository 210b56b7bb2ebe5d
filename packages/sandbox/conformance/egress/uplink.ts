import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Connects this machine, which has its own network namespace, to the test's Internet: the namespace
 * of the given process. The connection becomes the default route.
 */
export async function connectTo(internet: number): Promise<void> {
  const wire = `set -e
    ip link set lo up
    ip link add uplink type veth peer name beyond netns /proc/${internet}/ns/net
    ip address add 203.0.113.2/24 dev uplink
    ip link set uplink up
    nsenter --net=/proc/${internet}/ns/net sh -c "ip address add 203.0.113.1/24 dev beyond; ip link set beyond up"
    ip route add default via 203.0.113.1`
  await promisify(execFile)('sh', ['-c', wire])
}
