import { expect, test } from 'vitest'
import { isPublicAddress, specialGlobalRanges, specialRanges } from './public-address.ts'

test.for([...specialRanges, ...specialGlobalRanges])('G37 the first address of %s is not public', (range) => {
  const [first = ''] = range.split('/')
  expect(isPublicAddress(first)).toBe(false)
  if (!first.includes(':')) expect(isPublicAddress(`::ffff:${first}`)).toBe(false)
})

test.for([
  '127.255.255.254',
  '172.31.255.255',
  '169.254.169.254',
  '192.0.0.255',
  '198.19.255.255',
  '198.51.100.255',
  '203.0.113.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12:3456::1',
  'fec0::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '::127.0.0.1',
  '64:ff9b::a00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  '2001:0:1::1',
  '2001:1ff:ffff::1',
  '3fff:fff::1',
  '4000::1',
  'not-an-address',
  '0x7f.1',
  '',
])('G37 %s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.for([
  '1.1.1.1',
  '8.8.8.8',
  '140.82.112.3',
  '172.32.0.1',
  '192.0.1.1',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2001:200::1',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})
