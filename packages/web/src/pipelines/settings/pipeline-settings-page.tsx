import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useOrganizationName, usePermission } from '../../api/session.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { PageHeading } from '../../design/page-heading.tsx'
import { Skeleton } from '../../design/page-states.tsx'
import { PlaceError } from '../../navigation/place-error.tsx'
import { NotificationsSection } from '../../settings/notifications/notifications-section.tsx'
import { showInvisible } from '../../text/escape.ts'
import { pipelineQuery } from '../queries.ts'
import { ArchiveSection } from './archive-section.tsx'
import { BadgeSection } from './badge-section.tsx'
import { SecretsSection } from './secrets-section.tsx'
import { SettingsForm } from './settings-form.tsx'

/** Shows settings, secrets, notifications, badge and archiving of a pipeline. */
export function PipelineSettingsPage() {
  const { org, slug } = useParams({ from: '/signed-in/$org/pipelines/$slug/settings' })
  const organization = showInvisible(useOrganizationName(org))
  const mayManage = usePermission(org, 'pipeline.manage')
  const { data: pipeline, error, refetch } = useQuery(pipelineQuery(org, slug))
  return (
    <>
      <PageHeading title={`Settings of ${showInvisible(pipeline?.name ?? slug)} · ${organization}`}>
        Settings of <IsolatedText text={pipeline?.name ?? slug} />
      </PageHeading>
      <div className="flex max-w-[calc(72ch+32px)] flex-col gap-10 px-4 pb-12">
        <p className="-mt-3">
          <Link to="/$org/pipelines/$slug" params={{ org, slug }} className="underline">
            Back to the pipeline
          </Link>
        </p>
        {pipeline === undefined && error === null && <Skeleton rows={6} label="Loading the settings" />}
        {pipeline === undefined && error !== null && (
          <PlaceError {...{ org, slug, error }} what={`the pipeline ${slug}`} onRetry={() => void refetch()} />
        )}
        {pipeline !== undefined && (
          <>
            <SettingsForm org={org} pipeline={pipeline} />
            <SecretsSection
              scope={{ org, slug }}
              title="Secrets of this pipeline"
              about="Only builds of this pipeline get them. They override organization secrets of the same name. Builds of forks get none."
            />
            <SecretsSection
              scope={{ org, slug: null }}
              title={`Secrets of ${organization}`}
              about="Every pipeline of the organization can use them."
            />
            {mayManage && (
              <NotificationsSection
                scope={{ org, slug }}
                title="Notifications of this pipeline"
                about="They are added to those of the organization’s settings, which apply to every pipeline."
              />
            )}
            <BadgeSection org={org} slug={slug} />
            <ArchiveSection org={org} pipeline={pipeline} />
          </>
        )}
      </div>
    </>
  )
}
