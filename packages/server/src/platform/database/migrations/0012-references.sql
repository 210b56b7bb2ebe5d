-- How the deletion of a user or an organization finds what refers to it.
create index build_records_of_approver on build_records (approved_by) where approved_by is not null;
create index checks_of_organization on checks (organization_id);
create index build_records_of_canceler on build_records (canceled_by) where canceled_by is not null;
