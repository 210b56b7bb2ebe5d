/**
 * Settings of external services: sign-in, forges, payments (`http.md` 12.4). A service without all
 * its settings is off.
 */
import {
  absolutePath,
  anyText,
  billingRates,
  formatRates,
  hostName,
  integer,
  listOf,
  oneOf,
  visibleAscii,
  webAddress,
} from './parse.ts'
import { optional, secret, setting } from './setting.ts'

const id = (variable: string, whose: string) => optional(variable, visibleAscii(1), `OAuth client id of ${whose}`)
const clientSecret = (variable: string, whose: string) =>
  secret(optional(variable, visibleAscii(1), `OAuth client secret of ${whose}`))

export const externalSettings = {
  googleClientId: id('HARMONT_GOOGLE_CLIENT_ID', 'Google sign-in'),
  googleClientSecret: clientSecret('HARMONT_GOOGLE_CLIENT_SECRET', 'Google sign-in'),
  githubClientId: id('HARMONT_GITHUB_CLIENT_ID', 'GitHub sign-in'),
  githubClientSecret: clientSecret('HARMONT_GITHUB_CLIENT_SECRET', 'GitHub sign-in'),
  bitbucketClientId: id('HARMONT_BITBUCKET_CLIENT_ID', 'Bitbucket'),
  bitbucketClientSecret: clientSecret('HARMONT_BITBUCKET_CLIENT_SECRET', 'Bitbucket'),
  githubAppId: optional('HARMONT_GITHUB_APP_ID', integer(1, Number.MAX_SAFE_INTEGER), 'number of the GitHub App'),
  githubAppSlug: optional('HARMONT_GITHUB_APP_SLUG', visibleAscii(1), 'name of the GitHub App as in its URL'),
  githubPrivateKey: secret(
    optional(
      'HARMONT_GITHUB_PRIVATE_KEY',
      anyText,
      "the GitHub App's private key, as PEM; line breaks may be written as \\n",
    ),
  ),
  githubPrivateKeyPath: optional(
    'HARMONT_GITHUB_PRIVATE_KEY_PATH',
    absolutePath,
    'file with the private key of the GitHub App, instead of the key itself',
  ),
  githubWebhookSecret: secret(
    optional('HARMONT_GITHUB_WEBHOOK_SECRET', visibleAscii(1), 'secret with which GitHub signs its webhooks'),
  ),
  stripeSecretKey: secret(optional('HARMONT_STRIPE_SECRET_KEY', visibleAscii(1), 'secret key of Stripe')),
  stripeWebhookSecret: secret(
    optional('HARMONT_STRIPE_WEBHOOK_SECRET', listOf(visibleAscii(1)), 'signing secrets of Stripe events'),
  ),
  billing: setting('HARMONT_BILLING', oneOf('off', 'on'), 'off', '`on`: a build needs a positive balance'),
  billingRates: setting(
    'HARMONT_BILLING_RATES',
    billingRates,
    { vcpu: 10_000, memoryGb: 5_000, diskGb: 100 },
    'micro-cents per second for a vCPU, a GB of memory and a GB of disk, such as `vcpu=10000,memory=5000,disk=100`',
    formatRates,
  ),
  sourceUrlAllow: setting(
    'HARMONT_SOURCE_URL_ALLOW',
    listOf(hostName),
    [],
    'non-public hosts that source archives may be fetched from, even over http',
  ),
  notificationAllow: setting(
    'HARMONT_NOTIFICATION_ALLOW',
    listOf(hostName),
    [],
    'non-public hosts that notifications may be sent to, even over http',
  ),
  registryAllow: setting(
    'HARMONT_REGISTRY_ALLOW',
    listOf(hostName),
    [],
    'non-public hosts that images may be pulled from',
  ),
  outsideTimeoutSeconds: setting(
    'HARMONT_OUTSIDE_TIMEOUT_SECONDS',
    integer(1, 120),
    10,
    'timeout of one call to a forge, a sign-in service or Stripe, including the whole response',
  ),
  googleUrl: setting('HARMONT_GOOGLE_URL', webAddress, 'https://accounts.google.com', "Google's OpenID issuer"),
  githubUrl: setting('HARMONT_GITHUB_URL', webAddress, 'https://github.com', 'GitHub'),
  githubApiUrl: setting('HARMONT_GITHUB_API_URL', webAddress, 'https://api.github.com', "GitHub's API"),
  bitbucketUrl: setting('HARMONT_BITBUCKET_URL', webAddress, 'https://bitbucket.org', 'Bitbucket'),
  bitbucketApiUrl: setting('HARMONT_BITBUCKET_API_URL', webAddress, 'https://api.bitbucket.org', "Bitbucket's API"),
  stripeApiUrl: setting('HARMONT_STRIPE_API_URL', webAddress, 'https://api.stripe.com', "Stripe's API"),
} as const
