-- Since when a build waits to begin, where it was tried again before it had begun; null: when it was made.
alter table engine.builds add column queued_at timestamptz;
