-- One row per file and structure of its records: the first thousand of them, and every thousandth after those.
select
    source_file,
    json_structure(record)::varchar as structure
from raw.read
where record is not null and not is_elsewhere and (source_line <= 1000 or source_line % 1000 = 0)
group by all
order by all
