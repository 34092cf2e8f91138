package fiscus.bench;

import java.util.HashMap;
import java.util.Map;

/** --name=value arguments. */
final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  Arguments(String[] arguments) {
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (!argument.startsWith("--") || equals < 0) throw new IllegalArgumentException("not --name=value: " + argument);
      values.put(argument.substring(2, equals), argument.substring(equals + 1));
    }
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) throw new IllegalArgumentException("--" + name + " is missing");
    return value;
  }

  long number(String name) {
    return Long.parseLong(text(name));
  }
}
