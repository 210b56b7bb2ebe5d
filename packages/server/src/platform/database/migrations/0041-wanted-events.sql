-- A call of note_build_event that has begun goes on with its earlier text: ends of builds wait until this one is there.
lock table build_records in share row exclusive mode;

-- The notifications that want it as it happens: one that is made, switched on or widened later does not hear of it.
alter table notification_events add column wanted_by uuid[];
update notification_events e set wanted_by = array(
  select n.id from notifications n join build_records r on r.organization_id = n.organization_id
   where r.id = e.build_id and n.events && e.events and n.disabled_at is null
     and (n.pipeline_id is null or n.pipeline_id = r.pipeline_id));
alter table notification_events alter column wanted_by set not null;

create or replace function note_build_event(build uuid, told text[], of_tests bigint[]) returns void language plpgsql as $$
declare
  noted bigint;
begin
  insert into notification_events (build_id, events, state, tests, at, wanted_by)
  select r.id, told, r.state, of_tests, clock_timestamp(), w.ids
    from build_records r cross join lateral (
      select array_agg(n.id) as ids from notifications n
       where n.organization_id = r.organization_id and n.events && told and n.disabled_at is null
         and (n.pipeline_id is null or n.pipeline_id = r.pipeline_id)) w
   where r.id = build and w.ids is not null
  returning id into noted;
  if noted is not null then
    perform graphile_worker.add_job('tell_event', json_build_object('event_id', noted::text), queue_name := 'tell_events');
  end if;
end $$;
