/** Everything of IPv4 that is not the public Internet (IANA's special-purpose registry), and multicast. The only such list of the product. */
export const specialRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
] as const

/** The only part of IPv6 that is given out to the Internet. */
export const globalUnicast = '2000::/3'

/** What of that is not the public Internet, or carries an IPv4 address within. */
export const specialGlobalRanges = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const
