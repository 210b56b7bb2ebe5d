import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import type { Schema } from '../api/schemas.ts'
import { useOrganizationName, usePermission } from '../api/session.ts'
import { Button, buttonClass } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { usePaletteActions } from '../interaction/palette-actions.ts'
import { useShortcuts } from '../interaction/shortcuts.ts'
import { showInvisible } from '../text/escape.ts'
import { repositoryLink } from '../text/forge-link.ts'
import { useStartAction } from './getting-started/choice.ts'
import { NewBuildDialog } from './new-build/new-build-dialog.tsx'

interface PipelineHeaderProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
}

/** Shows a pipeline's facts and actions. The address stores whether the dialog is open. */
export function PipelineHeader({ org, pipeline }: PipelineHeaderProps) {
  const organization = showInvisible(useOrganizationName(org))
  const { slug, name } = pipeline
  const navigate = useNavigate({ from: '/$org/pipelines/$slug' })
  const isOpen = useSearch({ from: '/signed-in/$org/pipelines/$slug' })['new-build'] === true
  const refused = useBuildRefusal(org, pipeline)
  const setOpen = useCallback(
    (open: boolean) =>
      void navigate({
        search: ({ 'new-build': _, ...rest }) => (open ? { ...rest, 'new-build': true } : rest),
        replace: !open,
        resetScroll: false,
      }),
    [navigate],
  )
  useShortcuts('list', [{ keys: 'n', does: 'New build', run: () => setOpen(true) }], refused === null && !isOpen)
  useStartAction(org)
  useHeaderActions(org, pipeline, refused === null, setOpen)
  return (
    <>
      <PageHeading
        title={`${showInvisible(name)} · ${organization}`}
        actions={
          <>
            <Link to="/$org/pipelines/$slug/tests" params={{ org, slug }} className={buttonClass()}>
              Tests
            </Link>
            <Link to="/$org/pipelines/$slug/settings" params={{ org, slug }} className={buttonClass()}>
              Settings
            </Link>
            <Button look="primary" refused={refused} onClick={() => setOpen(true)}>
              New build
            </Button>
          </>
        }
      >
        <IsolatedText text={name} />
      </PageHeading>
      <Facts pipeline={pipeline} refused={refused} />
      <NewBuildDialog org={org} pipeline={pipeline} open={isOpen && refused === null} onClose={() => setOpen(false)} />
    </>
  )
}

/** Offers the actions of the header's buttons in the palette. */
function useHeaderActions(
  org: string,
  { slug, name }: Schema<'Pipeline'>,
  mayBuild: boolean,
  setOpen: (open: boolean) => void,
): void {
  const navigate = useNavigate()
  usePaletteActions(
    useMemo(
      () => [
        ...(mayBuild
          ? [{ id: 'new-build', title: `New build of ${showInvisible(name)}`, keys: 'n', run: () => setOpen(true) }]
          : []),
        {
          id: 'pipeline-settings',
          title: `Settings of ${showInvisible(name)}`,
          run: () => void navigate({ to: '/$org/pipelines/$slug/settings', params: { org, slug } }),
        },
      ],
      [mayBuild, name, org, slug, navigate, setOpen],
    ),
  )
}

interface FactsProps {
  readonly pipeline: Schema<'Pipeline'>
  /** Why no build may be started manually; null if it may. */
  readonly refused: string | null
}

function Facts({ pipeline, refused }: FactsProps) {
  const { description, repository, repo_name, default_branch, archived_at } = pipeline
  const link = repositoryLink(repository)
  return (
    <div className="-mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 px-4 pb-2 text-muted">
      {archived_at != null && <Tag>Archived</Tag>}
      {link === null ? (
        <IsolatedText text={repo_name ?? repository} />
      ) : (
        <a href={link} target="_blank" rel="noopener noreferrer" className="underline">
          <IsolatedText text={repo_name ?? repository} />
        </a>
      )}
      <span>
        Default branch: <IsolatedText text={default_branch} />
      </span>
      {/* Shows the reason as text, because a disabled button explains itself only on hover. */}
      {refused !== null && <span>{refused}.</span>}
      {description != null && description !== '' && (
        <p className="w-full max-w-[72ch] whitespace-pre-line">
          <IsolatedText text={description} />
        </p>
      )}
    </div>
  )
}

/** Explains why no build may be started manually; null if it may. */
function useBuildRefusal(org: string, { allow_manual, archived_at }: Schema<'Pipeline'>): string | null {
  const mayBuild = usePermission(org, 'build')
  if (archived_at != null) return 'The pipeline is archived. Restore it in Settings to start builds'
  if (!allow_manual) return 'Manual builds are off. Only triggers start this pipeline'
  return mayBuild ? null : `Only members of ${org} can start builds`
}
