/**
 * Shell text that gives an empty network namespace a loopback and an uplink with a default route.
 */
export const uplink = `ip link set lo up
  ip link add uplink type veth peer name beyond
  ip link set beyond up
  ip address add 203.0.113.2/24 dev uplink
  ip link set uplink up
  ip route add default via 203.0.113.1`
