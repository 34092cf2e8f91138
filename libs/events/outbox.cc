#include "libs/events/outbox.h"
