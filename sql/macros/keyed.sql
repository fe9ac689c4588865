-- HMAC-SHA256 (RFC 2104) of a text as 64 hexadecimal digits; the padded keys are bound, never written here.
create or replace macro keyed(message, ipad, opad) as sha256(opad || unhex(sha256(ipad || encode(message))));
