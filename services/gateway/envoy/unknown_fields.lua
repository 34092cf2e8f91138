-- Refuses a REST request whose JSON has a field that its message does not have. The transcoder passes over such fields: a misspelt
-- validate_only would be a write. MESSAGES and BINDINGS stand before this text (unknown_fields.py).
--
-- What a value may be is its kind: a message's name; "{}" and a kind for a map; false for anything, which the transcoder judges.

local byte, find, gsub, sub = string.byte, string.find, string.gsub, string.sub
local DEPTH_MAX = 100
local PATH_BYTES_MAX = 200
local QUOTE, COMMA, COLON = 34, 44, 58
local value

-- Ends the reading; the text becomes part of the answer's message (errors.py).
local function refuse(text)
  error({text = text}, 0)
end

local function malformed(at)
  refuse("There is no JSON at byte " .. at .. ".")
end

-- Where something begins at or behind `at`.
local function skip(text, at)
  return find(text, "[^ \t\r\n]", at) or #text + 1
end

-- The place behind a string, and what is between its quotes, as it stands there.
local function text_of(text, at)
  if byte(text, at) ~= QUOTE then malformed(at) end
  local from = at + 1
  while true do
    local stop = find(text, '["\\]', from)
    if not stop then malformed(at) end
    if byte(text, stop) == QUOTE then return stop + 1, sub(text, at + 1, stop - 1) end
    from = stop + 2
  end
end

local function path_of(path, depth)
  local parts = {}
  for i = 1, depth do
    parts[i] = type(path[i]) == "number" and "[" .. path[i] .. "]" or "." .. path[i]
  end
  return (sub(gsub(table.concat(parts), "^%.", ""), 1, PATH_BYTES_MAX))
end

local function kind_of(kind, name)
  if not kind then return false end
  if sub(kind, 1, 2) == "{}" then return sub(kind, 3) end
  return MESSAGES[kind][name]
end

-- The members of an object or the elements of an array, each by `one`; the place behind it.
local function members(text, at, close, one)
  at = skip(text, at + 1)
  if byte(text, at) == close then return at + 1 end
  while true do
    at = skip(text, one(at))
    local mark = byte(text, at)
    if mark == close then return at + 1 end
    if mark ~= COMMA then malformed(at) end
    at = skip(text, at + 1)
  end
end

local function object(text, at, kind, path, depth)
  return members(text, at, 125, function(from)
    local behind, name = text_of(text, from)
    behind = skip(text, behind)
    if byte(text, behind) ~= COLON then malformed(behind) end
    path[depth] = name
    local inner = kind_of(kind, name)
    if inner == nil then refuse("There is no field " .. path_of(path, depth) .. ".") end
    return value(text, skip(text, behind + 1), inner, path, depth + 1)
  end)
end

local function array(text, at, kind, path, depth)
  local index = -1
  return members(text, at, 93, function(from)
    index = index + 1
    path[depth] = index
    return value(text, from, kind, path, depth + 1)
  end)
end

value = function(text, at, kind, path, depth)
  if depth > DEPTH_MAX then refuse("It is nested too deeply.") end
  local first = sub(text, at, at)
  if first == '"' then return (text_of(text, at)) end
  if first == "{" then return object(text, at, kind, path, depth) end
  if first == "[" then return array(text, at, kind, path, depth) end
  local _, last = find(text, "^[%w+.-]+", at)
  if not last then malformed(at) end
  return last + 1
end

local function check(text, kind)
  local behind = skip(text, value(text, skip(text, 1), kind, {}, 1))
  if behind <= #text then malformed(behind) end
end

-- The kind of the body that the path takes; nil if it takes none.
local function body_kind(verb, path)
  local plain = gsub(gsub(path, "[?#].*$", ""), "/+$", "")
  for _, binding in ipairs(BINDINGS) do
    if binding[1] == verb and find(plain, binding[2]) then return binding[3] end
  end
  return nil
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local kind = body_kind(headers:get(":method"), headers:get(":path"))
  if not kind or find(headers:get("content-type") or "", "^application/grpc") then return end
  local body = handle:body()
  if not body or body:length() == 0 then return end
  local read, failure = pcall(check, body:getBytes(0, body:length()), kind)
  if read then return end
  if type(failure) ~= "table" then -- a mistake of ours: nothing passes unread
    handle:logErr(tostring(failure))
    return handle:respond({[":status"] = "500"}, "")
  end
  handle:respond({[":status"] = "400"}, failure.text)
end
