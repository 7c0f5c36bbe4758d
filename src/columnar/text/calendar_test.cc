// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/calendar.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(CalendarTest, KnownDays) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(1969, 12, 31), -1);
  EXPECT_EQ(days_from_civil(2000, 2, 29), 11'016);
  EXPECT_EQ(days_from_civil(2020, 1, 1), 18'262);
  EXPECT_EQ(days_from_civil(9999, 12, 31), 2'932'896);
  EXPECT_EQ(days_from_civil(0, 1, 1), -719'528);
  EXPECT_EQ(days_from_civil(1582, 10, 15) - days_from_civil(1582, 10, 4), 11);
}

TEST(CalendarTest, DaysAndDatesAreInverse) {
  // Every day of two leap cycles, and each thousandth of a far wider range.
  for (int64_t days = days_from_civil(1599, 1, 1); days < days_from_civil(2401, 1, 1); ++days) {
    const CivilDate date = civil_from_days(days);
    ASSERT_TRUE(is_valid_date(date.year, date.month, date.day));
    ASSERT_EQ(days_from_civil(date.year, date.month, date.day), days);
  }
  for (int64_t days = -2'000'000'000; days < 2'000'000'000; days += 1'000'003) {
    const CivilDate date = civil_from_days(days);
    ASSERT_EQ(days_from_civil(date.year, date.month, date.day), days);
  }
}

TEST(CalendarTest, YearsBeforeYearOne) {
  EXPECT_EQ(civil_from_days(-719'528), (CivilDate{0, 1, 1}));
  EXPECT_EQ(civil_from_days(-719'529), (CivilDate{-1, 12, 31}));
  EXPECT_TRUE(is_leap_year(0));
  EXPECT_TRUE(is_leap_year(-4));
  EXPECT_FALSE(is_leap_year(-100));
  EXPECT_FALSE(is_leap_year(1900));
  EXPECT_TRUE(is_leap_year(2000));
}

TEST(CalendarTest, MonthsHaveTheirLengths) {
  const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month) {
    EXPECT_EQ(days_in_month(2021, month), lengths[month - 1]);
  }
  EXPECT_EQ(days_in_month(2024, 2), 29);
  EXPECT_FALSE(is_valid_date(2021, 2, 29));
  EXPECT_FALSE(is_valid_date(2021, 13, 1));
  EXPECT_FALSE(is_valid_date(2021, 0, 1));
  EXPECT_FALSE(is_valid_date(2021, 4, 31));
}

TEST(CalendarTest, MonthArithmeticStaysInTheMonth) {
  const auto add = [](int64_t y, int32_t m, int32_t d, int64_t months) {
    return civil_from_days(add_months(days_from_civil(y, m, d), months));
  };
  EXPECT_EQ(add(2020, 1, 31, 1), (CivilDate{2020, 2, 29}));
  EXPECT_EQ(add(2020, 3, 31, -1), (CivilDate{2020, 2, 29}));
  EXPECT_EQ(add(2020, 2, 29, 12), (CivilDate{2021, 2, 28}));
  EXPECT_EQ(add(2020, 12, 15, 1), (CivilDate{2021, 1, 15}));
  EXPECT_EQ(add(2020, 1, 15, -13), (CivilDate{2018, 12, 15}));
  EXPECT_EQ(add(1, 1, 1, -12), (CivilDate{0, 1, 1}));
}

TEST(CalendarTest, WeeksAndWeekdays) {
  EXPECT_EQ(day_of_week(0), 5);  // Thursday
  EXPECT_EQ(day_of_week(-1), 4);
  EXPECT_EQ(iso_day_of_week(days_from_civil(2024, 12, 29)), 7);  // Sunday
  EXPECT_EQ(day_of_week(days_from_civil(2024, 12, 29)), 1);
  EXPECT_EQ(iso_week(days_from_civil(2024, 12, 30)).week, 1);
  EXPECT_EQ(iso_week(days_from_civil(2024, 12, 30)).year, 2025);
  EXPECT_EQ(iso_week(days_from_civil(2021, 1, 3)).week, 53);
  EXPECT_EQ(iso_week(days_from_civil(2021, 1, 3)).year, 2020);
  EXPECT_EQ(day_of_year(days_from_civil(2024, 12, 31)), 366);
  EXPECT_EQ(day_of_year(days_from_civil(1969, 1, 1)), 1);
}

TEST(CalendarTest, FloorArithmetic) {
  EXPECT_EQ(floor_div(-1, 1000), -1);
  EXPECT_EQ(floor_mod(-1, 1000), 999);
  EXPECT_EQ(floor_div(-1000, 1000), -1);
  EXPECT_EQ(floor_mod(-1000, 1000), 0);
  EXPECT_EQ(floor_div(1999, 1000), 1);
  EXPECT_EQ(floor_div(INT64_MIN, 1000), -9'223'372'036'854'776);
}

}  // namespace
}  // namespace hw
