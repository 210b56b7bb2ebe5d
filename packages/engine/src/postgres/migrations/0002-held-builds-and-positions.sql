-- A build that waits for approval. A release before this one knows nothing of it, and finds nothing of such a build ready.
alter table engine.builds add column held boolean not null default false;

-- How much of a command's output the log has, of each stream. null: spool_offset says it, as a release before this one left it.
alter table engine.leases add column spool_position text;
