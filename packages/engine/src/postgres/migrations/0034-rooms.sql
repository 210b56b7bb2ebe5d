-- What the machine of a runner has room for, and holds, for people. Null until it has said so, and for one of an earlier release.
alter table engine.runners add column free_bytes bigint, add column size_bytes bigint, add column snapshots integer;

-- Whether anything cannot travel is asked every few seconds.
create index exports_refused on engine.exports (snapshot) where refused is not null;
