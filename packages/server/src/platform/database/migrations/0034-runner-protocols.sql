-- For people: what the newest process of a runner speaks, and since when it runs. Null for processes of the last release.
alter table runners add column protocol integer, add column session_at timestamptz;
