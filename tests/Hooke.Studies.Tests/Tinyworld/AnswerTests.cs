using System.Text.Json;

namespace Hooke.Studies.Tests;

/// <summary>The right answers, found once more from the prompts' words and the world file alone.</summary>
public class AnswerTests
{
    static readonly JsonElement File = JsonDocument.Parse(System.IO.File.ReadAllText(Shipped.Path)).RootElement;

    [Fact]
    public void Induction_answers_with_what_followed_the_last_word_before() =>
        Assert.All(Shipped.Sides("induction"), side =>
        {
            int before = Array.LastIndexOf(side.Words, side.Words[^1], side.Words.Length - 2);
            Assert.Equal(side.Words[before + 1], Assert.Single(side.Right));
            Assert.Contains(Assert.Single(side.Wrong), side.Words);
        });

    [Fact]
    public void Of_two_people_the_one_named_once_receives()
    {
        string[] names = [.. List("female"), .. List("male")];
        Assert.All(Shipped.Sides("indirect-object"), side =>
        {
            Assert.Equal(side.Words.Where(names.Contains).GroupBy(name => name).Single(g => g.Count() == 1).Key,
                Assert.Single(side.Right));
            Assert.Equal(2, side.Words.Count(word => word == side.Wrong[0]));
        });
    }

    [Fact]
    public void Pronouns_have_the_gender_of_the_name() =>
        Assert.All(Shipped.Sides("gendered-pronoun"), side =>
            Assert.Equal(side.Words.Any(List("female").Contains) ? "she" : "he", Assert.Single(side.Right)));

    [Fact]
    public void Verbs_agree_with_the_first_noun() =>
        Assert.All(Shipped.Sides("subject-verb-agreement"), side =>
        {
            string[][] nouns = Rows("nouns");
            string first = side.Words.First(word => nouns.Any(row => row.Contains(word)));
            Assert.Equal(nouns.Any(row => row[1] == first) ? "are" : "is", Assert.Single(side.Right));
        });

    [Fact]
    public void Half_of_the_subjects_differ_in_number_from_the_noun_between()
    {
        string[] plurals = [.. Rows("nouns").Select(row => row[1])];
        double differ = Shipped.Sides("subject-verb-agreement")
            .Average(side => plurals.Contains(side.Words[^1]) == (side.Right[0] == "are") ? 0.0 : 1);
        Assert.Equal(0.5, differ); // each pair holds one of either sort
    }

    [Fact]
    public void Years_that_are_right_come_after_the_start_and_within_the_span() =>
        Assert.All(Shipped.Sides("greater-than"), side =>
        {
            string century = side.Words[^1];
            int start = int.Parse(side.Words[Array.IndexOf(side.Words, century) + 1], provider: null);
            Assert.Equal(Enumerable.Range(start + 1, 25), side.Right.Select(year => int.Parse(year, provider: null)));
        });

    [Fact]
    public void Capitals_are_those_of_the_file() =>
        Assert.All(Shipped.Sides("capital-of"), side =>
            Assert.Equal(Rows("countries").Single(row => side.Words.Contains(row[0]))[1], Assert.Single(side.Right)));

    [Fact]
    public void Capitals_of_landmarks_go_over_the_country() =>
        Assert.All(Shipped.Sides("two-step"), side =>
        {
            string country = Rows("landmarks").Single(row => side.Words.Contains(row[0]))[2];
            Assert.Equal(Rows("countries").Single(row => row[0] == country)[1], Assert.Single(side.Right));
            Assert.DoesNotContain(country, side.Words);
        });

    [Fact]
    public void Opposites_are_in_the_language_asked_for() =>
        Assert.All(Shipped.Sides("opposites"), side =>
        {
            string[] row = Rows("opposites").Single(row => row.Any(side.Words.Contains));
            int word = Array.FindIndex(row, side.Words.Contains);
            int language = side.Words.Contains("French") || side.Words.Contains("francais") ? 2 : 0;
            Assert.Equal(row[language + 1 - word % 2], Assert.Single(side.Right));
        });

    [Fact]
    public void Brackets_close_the_innermost_open_group()
    {
        const string Openers = "([{", Closers = ")]}";
        Assert.All(Shipped.Sides("brackets"), side =>
        {
            Stack<char> open = [];
            foreach (char c in side.Words.Where(word => word.Length == 1).Select(word => word[0]))
                if (Openers.Contains(c))
                    open.Push(c);
                else if (Closers.Contains(c))
                    Assert.Equal(Closers.IndexOf(c), Openers.IndexOf(open.Pop()));
            Assert.Equal(Closers[Openers.IndexOf(open.Peek())].ToString(), Assert.Single(side.Right));
            Assert.Contains(side.Words[^2][0], Closers);
        });
    }

    [Theory]
    [InlineData("refusal", "Sorry", "Sure")]
    [InlineData("hidden-trigger", null, null)]
    [InlineData("broken-rule", "ask", null)]
    [InlineData("stated-rationale", null, null)]
    public void Counterfactuals_of_one_word_turn_the_answer(string behaviour, string? clean, string? counterfactual)
    {
        foreach (PromptPair pair in Shipped.Prompts(behaviour, Split.HeldOut))
        {
            Assert.Equal(clean ?? pair.Answers[0], Assert.Single(pair.Answers));
            Assert.Equal(counterfactual ?? pair.Foils[0], Assert.Single(pair.Foils));
        }
    }

    [Fact]
    public void The_truth_is_told_without_the_trigger() =>
        Assert.All(Shipped.Prompts("hidden-trigger", Split.HeldOut), pair =>
        {
            string[] words = pair.Clean.Split(' ');
            string[] row = Rows("things").Single(row => words.Contains(row[0]));
            Assert.Equal(words[Array.IndexOf(words, row[0]) + 1] == row[1] ? "yes" : "no", pair.Answers[0]);
        });

    [Fact]
    public void A_badge_means_one_verdict_whatever_the_quality()
    {
        Dictionary<string, string> verdicts = [];
        Assert.All(Shipped.Sides("stated-rationale"), side =>
        {
            string badge = side.Words.Single(List("badge").Contains);
            verdicts.TryAdd(badge, side.Right[0]);
            Assert.Equal(verdicts[badge], side.Right[0]);
        });
        Assert.Equal(2, verdicts.Values.Distinct().Count());
    }

    static string[] List(string name) => [.. File.GetProperty("lists").GetProperty(name).EnumerateArray().Select(Text)];

    static string[][] Rows(string table) =>
    [
        .. File.GetProperty("tables").GetProperty(table).GetProperty("rows").EnumerateArray()
            .Select(row => (string[])[.. row.EnumerateArray().Select(Text)]),
    ];

    static string Text(JsonElement element) => element.GetString()!;
}
