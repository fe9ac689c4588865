-- The unit in which a count since 1970 falls on a day from $first to $last; null where there is none, or no count.
-- Units are a thousand apart, so that at most one fits where the first day is after 1970.
create or replace macro likely_unit(written, first_day, last_day) as
    list_filter(
        ['s', 'ms', 'us', 'ns'],
        lambda unit: try_cast(written as double) / power(1e3, list_position(['s', 'ms', 'us', 'ns'], unit) - 1)
        between epoch(first_day) and epoch(last_day) + 86399
    )[1];
