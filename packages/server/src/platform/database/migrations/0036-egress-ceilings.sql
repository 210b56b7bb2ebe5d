-- Hosts beyond which no step of new builds may reach; null: there is no such limit.
alter table organizations add column egress_ceiling text[];
