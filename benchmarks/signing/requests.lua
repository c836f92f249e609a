-- Sends requests from a file, one a line: a path, a tab, and the body of a POST (none for a GET); says how it went as JSON.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  lines, place, statuses = {}, 0, {}
  local path, count, repeats = args[1], tonumber(args[2]), args[3] == "repeat"
  again = repeats
  local at = 0
  for line in io.lines(path) do
    if at % count == number then
      local target, body = line:match("^(%S+)\t(.*)$")
      lines[#lines + 1] = (body == "") and wrk.format("GET", target) or wrk.format("POST", target,
        { ["Content-Type"] = "application/x-www-form-urlencoded" }, body)
    end
    at = at + 1
  end
end

function request()
  place = place + 1
  if place > #lines then
    place = 1
    if not again then ran_dry = true end
  end
  return lines[place]
end

function response(status)
  local code = tostring(status)
  statuses[code] = (statuses[code] or 0) + 1
end

function done(summary, latency)
  local parts, dry = {}, false
  for _, thread in ipairs(threads) do
    local words = {}
    for code, count in pairs(thread:get("statuses")) do words[#words + 1] = string.format('"%s":%d', code, count) end
    parts[#parts + 1] = "{" .. table.concat(words, ",") .. "}"
    dry = dry or thread:get("ran_dry") == true
  end
  io.write(string.format('\nJSON {"requests":%d,"seconds":%f,"broken":%d,"p50":%f,"p99":%f,"dry":%s,"statuses":[%s]}\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, tostring(dry), table.concat(parts, ",")))
end
