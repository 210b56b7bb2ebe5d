import { type Check, checksOf } from './check.ts'

/** The reason for a missing response, and its fix if known. */
export interface Problem {
  readonly problem: string
  readonly fix: string | undefined
}

/** Facts of the server. An absent fact was not requested because an earlier request failed. */
export interface ServerFacts {
  readonly apiUrl: string
  readonly contract: { readonly version: string; readonly skewSeconds: number | undefined } | Problem
  readonly account?: { readonly name: string } | Problem
  readonly organization?: { readonly slug: string } | Problem
  /** `unclear` is the reason why the pipeline is unknown: several match, or none exists yet. */
  readonly pipeline?: { readonly slug: string; readonly allowsManual: boolean } | { readonly unclear: string } | Problem
}

const { ok, warning, failure } = checksOf('server')
/** The contract version of this hm. */
const ownContract = '0'

export function judgeServer({ apiUrl, contract, account, organization, pipeline }: ServerFacts): Check[] {
  if ('problem' in contract)
    return [failure('reach', contract.problem, 'start the server, or hm config set cloud.api_url URL')]
  const { version, skewSeconds } = contract
  return [
    ok('reach', apiUrl),
    version === ownContract
      ? ok('contract', `version ${version}`)
      : failure(
          'contract',
          `version ${version}; this hm speaks ${ownContract}`,
          'install the hm version of that server',
        ),
    ...clock(skewSeconds),
    ...judged('account', account, 'hm login', ({ name }) => ok('account', name)),
    ...judged('organization', organization, 'hm org list, then hm org switch SLUG', ({ slug }) =>
      ok('organization', slug),
    ),
    ...judged(
      'pipeline',
      pipeline,
      'hm pipeline list, then hm config set --project cloud.pipeline SLUG',
      judgePipeline,
    ),
  ]
}

function clock(skew: number | undefined): Check[] {
  if (skew === undefined) return []
  const found = skew === 0 ? 'as the server' : `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'ahead of'} the server`
  return [Math.abs(skew) > 60 ? warning('clock', found, 'timedatectl set-ntp true') : ok('clock', found)]
}

function judged<T extends object>(
  name: string,
  found: T | Problem | undefined,
  fix: string,
  judge: (found: T) => Check,
): Check[] {
  if (found === undefined) return []
  return [isProblem(found) ? failure(name, found.problem, found.fix ?? fix) : judge(found)]
}

function isProblem(found: object): found is Problem {
  return 'problem' in found
}

function judgePipeline(found: { slug: string; allowsManual: boolean } | { unclear: string }): Check {
  if ('unclear' in found) return ok('pipeline', `${found.unclear}; hm run --cloud finds or creates it`)
  const { slug, allowsManual } = found
  if (allowsManual) return ok('pipeline', `${slug}, manual builds allowed`)
  return failure('pipeline', `${slug} takes no manual builds`, "allow them in the pipeline's file, and push it")
}
