-- A text with what may tell of a private person blanked out: e-mail addresses, bank accounts (IBAN), network addresses, payment
-- cards, phone numbers, social security numbers and runs of 14 digits or more. Prices, years, dates, sizes, short product numbers
-- and ISBN or EAN codes stay.
create or replace macro masked(written) as
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            written,
                            '[\pL\pN][\pL\pN._%+-]*(?:@|\s?[\[(]at[\])]\s?)[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,}', '[e-mail]', 'g'
                        ),
                        '\b[A-Z]{2}[0-9]{2} ?(?:[A-Z]{4} ?[0-9]{4} ?[0-9]{2,4}|[A-Z]?[0-9]{3,4} ?[0-9]{4} ?[0-9]{3,4})[0-9]*'
                        || '(?: ?[0-9][0-9A-Z]{0,3}\b| ?[A-Z]{1,3}[0-9][0-9A-Z]{0,2}\b)*', '[account]', 'g'
                    ),
                    '\b(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\b'
                    || '|\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b'
                    || '|\b[0-9A-Fa-f]{4}(?::[0-9A-Fa-f]{1,4}){0,5}::[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*\b', '[address]', 'g'
                ),
                '\b(?:2[2-7][0-9]{2}|[3-6][0-9]{3})[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{1,4}(?:[ -][0-9]{1,3})?\b'
                || '|\b3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}\b', '[card]', 'g'
            ),
            '\+[1-9](?:[ ()./-]{0,2}[0-9]){7,14}\b'
            || '|\b00[1-9][0-9]{0,2}[ ./-](?:[ ()./-]{0,2}[0-9]){7,13}\b'
            || '|\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}\b'
            || '|\b(?:1[ .-])?[2-9][0-9]{2}([.-])[2-9][0-9]{2}[.-][0-9]{4}\b'
            || '|\b0[1-9][0-9]{1,4} ?[ /-] ?(?:[0-9]{5,8}|[0-9]{3,4}[ -][0-9]{3,6}|[0-9]{2,3}(?:[ -][0-9]{2,3}){2,3})\b'
            || '|\b\(?0[1-9][0-9]{1,4}\)[ /-]?[0-9]{3,8}(?:[ -][0-9]{2,6})*\b'
            || '|\b0[1-9](?:[ .][0-9]{2}){4}\b'
            || '|(?i:\b(?:tel|fax|phone|mobile|cell|whatsapp|telefon|mobil|handy)(?:\.|:|\.:|\s?(?:no|nr)\.?:?)\s?)\(?[0-9](?:[ ()./-]{0,3}[0-9]){5,14}\b',
            '[phone]', 'g'
        ),
        '\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b|\b[0-9]{14,}\b', '[number]', 'g'
    );
