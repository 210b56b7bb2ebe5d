import { oneOf, paging, text } from '../json-schema.ts'
import { type AddedOperation, org, pipeline } from '../operation.ts'

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const pipelinesOperations: readonly AddedOperation[] = [
  { route: `PATCH ${pipeline}`, id: 'updatePipeline', auth: 'admin', tag: 'pipelines', summary: 'Change a pipeline',
    request: 'UpdatePipelineRequest', success: { 200: 'Pipeline' },
    errors: ['organization_not_found', 'pipeline_not_found', 'pipeline_managed_by_code', 'pipeline_invalid', 'pipeline_source_taken'] },
  { route: `DELETE ${pipeline}`, id: 'archivePipeline', auth: 'admin', tag: 'pipelines', summary: 'Archive a pipeline',
    success: { 204: null }, errors: ['organization_not_found', 'pipeline_not_found'] },
  { route: `GET ${org}/pipeline-summaries`, id: 'listPipelineSummaries', auth: 'member', tag: 'pipelines', summary: 'List pipelines with their newest builds',
    query: { q: text, state: oneOf('failing', 'running', 'never_built'), sort: oneOf('activity', 'name', 'failing'), ...paging },
    success: { 200: 'PipelineSummaryList' }, errors: ['organization_not_found', 'query_invalid', 'invalid_cursor'] },
  { route: `GET ${pipeline}/secrets`, id: 'listPipelineSecrets', auth: 'member', tag: 'pipelines', summary: 'List the secrets of a pipeline, without values',
    success: { 200: 'SecretList' }, errors: ['organization_not_found', 'pipeline_not_found'] },
  { route: `POST ${pipeline}/secrets`, id: 'setPipelineSecret', auth: 'admin', tag: 'pipelines', summary: "Set a secret of a pipeline, which wins over the organization's",
    request: 'SetSecretRequest', success: { 204: null }, errors: ['organization_not_found', 'pipeline_not_found', 'request_invalid'] },
  { route: `DELETE ${pipeline}/secrets/{name}`, id: 'deletePipelineSecret', auth: 'admin', tag: 'pipelines', summary: 'Delete a secret of a pipeline',
    success: { 204: null }, errors: ['organization_not_found', 'pipeline_not_found', 'secret_not_found'] },
]
