// Words that guessing programs try first, lower case. Short passwords fall by
// their length; digits and signs after the word, and letters swapped for digits, are undone before
// the comparison, so "P@ssword123456!" is found here too.
#pragma once

#include <array>
#include <string_view>

namespace fiscus::identity {

// clang-format off
inline constexpr auto kCommonPasswords = std::to_array<std::string_view>({
    "password", "passwordpassword", "mypassword", "newpassword", "thepassword",
    "yourpassword", "passwort", "motdepasse", "contrasena", "contraseña", "welcome",
    "welcomeback", "welcometo", "welcomehome", "administrator", "adminadmin", "adminpassword",
    "superadmin", "superuser", "rootroot", "rootpassword", "changeme", "changemenow", "changeit",
    "letmein", "letmeinnow", "iloveyou", "iloveyousomuch", "sunshine", "princess", "football",
    "baseball", "basketball", "superman", "batman", "dragon", "monkey", "shadow", "master",
    "trustno", "trustnoone", "starwars", "computer", "internet", "whatever", "qwertyuiop",
    "qwertyqwerty", "qwerty", "qwertyui", "asdfghjkl", "asdfasdf", "zxcvbnm", "poiuytrewq",
    "abcdefgh", "abcabc", "abcdabcd", "correcthorsebatterystaple", "correcthorse", "temporary",
    "temppassword", "tempassword", "defaultpassword", "default", "testtest", "testpassword",
    "testing", "guestguest", "useruser", "secretsecret", "secret", "supersecret", "topsecret",
    "mysecret", "company", "government", "finance", "ministry", "treasury", "budget", "caizheng",
    "caizhengju", "zhongguo", "woaini", "woaizhongguo", "nihao", "beijing", "shanghai", "spring",
    "summer", "autumn", "winter", "january", "february", "march", "april", "june", "july",
    "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "fiscus", "fiscusfiscus", "fiscuspassword",
    "fiscusadmin",
});
// clang-format on

}  // namespace fiscus::identity
