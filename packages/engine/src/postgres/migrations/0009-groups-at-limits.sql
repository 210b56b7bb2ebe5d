-- Those of a group that wait at a limit, in the order of the group.
create index ready_gate_of_group on engine.ready (gate, group_key, build_at, build_id, step) where gate <> group_key;
