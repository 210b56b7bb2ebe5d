/**
 * Shell script that sets up a loopback interface and an uplink with a default route in an empty
 * network namespace.
 */
export const uplink = `ip link set lo up
  ip link add uplink type veth peer name beyond
  ip link set beyond up
  ip address add 203.0.113.2/24 dev uplink
  ip link set uplink up
  ip route add default via 203.0.113.1`
