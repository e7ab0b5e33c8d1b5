-- For wrk: counts answers that name two releases, or none, as the script's own summary.
-- A visitor asks again after WRK_PAUSE milliseconds, so that what is done meanwhile has its CPU.
local pause = tonumber(os.getenv('WRK_PAUSE') or '0')
if pause > 0 then
  function delay()
    return pause
  end
end
local threads = {}
function setup(thread)
  table.insert(threads, thread)
end
function init(args)
  mixed = 0
  first = ''
end
function response(status, headers, body)
  local ran, included = string.match(body, '^release (%S+), included (%S+)\n$')
  if ran == nil or ran ~= included then
    mixed = mixed + 1
    if first == '' then first = status .. ' ' .. string.sub(body, 1, 120) end
  end
end
function done()
  local sum, example = 0, ''
  for _, thread in ipairs(threads) do
    sum = sum + thread:get('mixed')
    if example == '' then example = thread:get('first') end
  end
  io.write('Mixed answers: ' .. sum .. ' ' .. example .. '\n')
end
