-- Sends prepared requests one after the other, round and round. Arguments: method, list file, body file or "-".
-- A line of the list is a path, and optionally more header lines after tabs ("Name: value").
local method, lines, body, position = nil, {}, nil, 0
local prefix, suffix = "", ""

function init(args)
  method = args[1]
  for line in io.lines(args[2]) do lines[#lines + 1] = line:gsub("\t", "\r\n") end
  if args[3] ~= "-" then
    local file = io.open(args[3], "rb")
    body = file:read("*a")
    file:close()
  end
  local headers = "Host: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
  for name, value in pairs(wrk.headers) do
    if name:lower() ~= "host" then headers = headers .. name .. ": " .. value .. "\r\n" end
  end
  if body then headers = headers .. "Content-Length: " .. #body .. "\r\n" end
  for index, line in ipairs(lines) do
    local path, more = line:match("^([^\r]+)\r?\n?(.*)$")
    lines[index] = method .. " " .. path .. " HTTP/1.1\r\n" .. (more ~= "" and more .. "\r\n" or "")
  end
  suffix = headers .. "\r\n" .. (body or "")
end

function request()
  position = position + 1
  if position > #lines then position = 1 end
  return lines[position] .. suffix
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.6f,"bytes":%d,"refused":%d,"broken":%d,"mean":%.1f,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, e.status, e.connect + e.read + e.write + e.timeout,
    latency.mean, latency:percentile(50), latency:percentile(99)))
end
