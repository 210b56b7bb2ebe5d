import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import type { Schema } from '../../api/schemas.ts'
import { usePermission } from '../../api/session.ts'
import { Button } from '../../design/button.tsx'
import { CopyField } from '../../design/copy-field.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { Segmented } from '../../design/segmented.tsx'

const badge = '/api/v0/organizations/{org}/pipelines/{pipeline}/badge'

type Access = Schema<'BadgeSettings'>['access']

const choices = [
  { value: 'off', label: 'Off' },
  { value: 'public', label: 'Public' },
  { value: 'token', label: 'With a token' },
] as const

const about: Readonly<Record<Access, string>> = {
  off: 'Nobody sees it.',
  public: 'Everybody sees whether the default branch passes, and the state of any other branch whose name they know.',
  token: 'Only people who know its address see it. Readers of a page with the picture can find the address too.',
}

const badgeQuery = (org: string, pipeline: string) =>
  queryOptions({
    queryKey: ['badge', org, pipeline],
    queryFn: ({ signal }) => answer(client.GET(badge, { params: { path: { org, pipeline } }, signal })),
  })

interface BadgeSectionProps {
  readonly org: string
  readonly slug: string
}

/** Sets who may see the badge of a pipeline, and shows the line for a README. */
export function BadgeSection({ org, slug }: BadgeSectionProps) {
  const query = useQuery(badgeQuery(org, slug))
  const queries = useQueryClient()
  const mayChange = usePermission(org, 'pipeline.manage')
  const change = useMutation({
    mutationFn: (access: Access) =>
      answer(client.PUT(badge, { params: { path: { org, pipeline: slug } }, body: { access } })),
    onSuccess: (changed) => queries.setQueryData(badgeQuery(org, slug).queryKey, changed),
  })
  const { data } = query
  return (
    <section aria-labelledby="badge" className="flex flex-col items-start gap-2">
      <h2 id="badge" className="text-16 font-semibold">
        Badge
      </h2>
      <p className="text-muted">A picture that says whether the default branch passes, for a README.</p>
      <QueryPlaceholder query={query} what="the badge" rows={1} />
      {data !== undefined && (
        <>
          {mayChange ? (
            <Segmented
              label="Who sees it"
              value={data.access}
              choices={choices}
              onChange={(access) => !change.isPending && change.mutate(access)}
            />
          ) : (
            <p>{choices.find(({ value }) => value === data.access)?.label}. Only owners and admins can change it.</p>
          )}
          <p className="text-13 text-muted">{about[data.access]}</p>
          <ProblemNote error={change.error} />
          {data.url != null && data.markdown != null && <Picture url={data.url} markdown={data.markdown} />}
          {data.access === 'token' && mayChange && (
            <Button disabled={change.isPending} onClick={() => change.mutate('token')}>
              Make a new token
            </Button>
          )}
        </>
      )}
    </section>
  )
}

/** Shows the badge from this origin, regardless of the public address. */
function Picture({ url, markdown }: { readonly url: string; readonly markdown: string }) {
  const { pathname, search } = new URL(url)
  return (
    <div className="flex w-full flex-col gap-2">
      <img src={pathname + search} alt="The current badge" className="h-5 self-start" />
      <CopyField label="the line for a README" text={markdown} />
      <p className="text-13 text-muted">
        For another branch, add <code className="font-mono">branch=NAME</code> to the address of the picture.
      </p>
    </div>
  )
}
