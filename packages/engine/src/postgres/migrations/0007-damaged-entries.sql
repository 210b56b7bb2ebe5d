-- Whether a look-up came across an entry that was no longer whole.
alter table engine.cache_look_ups add column damaged boolean not null default false;
