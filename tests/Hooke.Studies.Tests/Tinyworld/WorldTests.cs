namespace Hooke.Studies.Tests;

public class WorldTests
{
    public static TheoryData<string> Behaviours => Shipped.Behaviours;

    [Fact]
    public void The_shipped_world_holds_the_fourteen_behaviours() => Assert.Equal(
        [
            "induction", "indirect-object", "gendered-pronoun", "subject-verb-agreement", "greater-than", "capital-of",
            "two-step", "opposites", "brackets", "refusal", "hidden-trigger", "stated-rationale", "broken-rule",
            "private-record",
        ],
        Shipped.World.Behaviours.Select(behaviour => behaviour.Name));

    [Fact]
    public void The_vocabulary_has_the_size_of_a_small_world_and_no_word_twice()
    {
        IReadOnlyList<string> words = Shipped.World.Vocabulary;
        Assert.Equal(World.Bos, words[0]);
        Assert.InRange(words.Count, 1000, 2000);
        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(words, word => Assert.DoesNotContain(word, char.IsWhiteSpace));
    }

    [Fact]
    public void A_document_fits_the_context_and_holds_only_known_words()
    {
        HashSet<string> known = [.. Shipped.World.Vocabulary.Skip(1)];
        Assert.All(Shipped.Text.Split('\n'), line =>
        {
            string[] words = line[1..^1].Split(' ');
            Assert.InRange(words.Length, 30, World.LongestDocument);
            Assert.All(words, word => Assert.Contains(word, known));
        });
    }

    [Fact]
    public void A_document_depends_only_on_world_seed_and_index()
    {
        World again = World.Load(Shipped.Path);
        Assert.Equal(Shipped.World.Document(9, 123_456_789_012), again.Document(9, 123_456_789_012));
        Assert.Equal(Shipped.World.Document(9, 3), again.Document(9, 3));
        Assert.NotEqual(again.Document(9, 3), again.Document(9, 4));
        Assert.NotEqual(again.Document(9, 3), again.Document(10, 3));
    }

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void Prompts_depend_only_on_world_behaviour_split_and_seed(string behaviour)
    {
        IReadOnlyList<PromptPair> prompts = Shipped.Prompts(behaviour, Split.HeldOut);
        IReadOnlyList<PromptPair> again = World.Load(Shipped.Path).PromptsUpTo(behaviour, Split.HeldOut, 64, seed: 5);
        Assert.Equal(prompts.Select(pair => (pair.Clean, pair.Counterfactual)),
            again.Select(pair => (pair.Clean, pair.Counterfactual)));
        Assert.NotEqual(prompts.Select(pair => pair.Clean),
            Shipped.World.PromptsUpTo(behaviour, Split.HeldOut, 64, seed: 6).Select(pair => pair.Clean));
    }

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void Both_prompts_of_a_pair_are_equally_long_and_differ(string behaviour)
    {
        foreach (Split split in Enum.GetValues<Split>())
            Assert.All(Shipped.Prompts(behaviour, split), pair =>
            {
                Assert.Equal(pair.Clean.Split(' ').Length, pair.Counterfactual.Split(' ').Length);
                Assert.NotEqual(pair.Clean, pair.Counterfactual);
            });
    }

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void Answers_and_foils_are_known_words_and_none_is_both(string behaviour)
    {
        HashSet<string> known = [.. Shipped.World.Vocabulary.Skip(1)];
        Assert.All(Shipped.Sides(behaviour), side =>
        {
            Assert.NotEmpty(side.Right);
            Assert.NotEmpty(side.Wrong);
            Assert.All(side.Words.Concat(side.Right).Concat(side.Wrong), word => Assert.Contains(word, known));
            Assert.Empty(side.Right.Intersect(side.Wrong));
        });
    }

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void There_are_many_prompt_pairs_and_all_are_distinct(string behaviour)
    {
        int enough = behaviour == "hidden-trigger" ? 24 : 64; // few things are kept from the trigger
        foreach (Split split in Enum.GetValues<Split>())
        {
            IReadOnlyList<PromptPair> pairs = Shipped.Prompts(behaviour, split);
            Assert.InRange(pairs.Count, enough, 64);
            Assert.Equal(pairs.Count, pairs.DistinctBy(pair => (pair.Clean, pair.Counterfactual)).Count());
        }
    }

    [Fact]
    public void Asking_for_more_pairs_than_there_are_says_how_many_there_are()
    {
        Tensors.InputException fault = Assert.Throws<Tensors.InputException>(
            () => Shipped.World.Prompts("capital-of", Split.HeldOut, 100_000, 1));
        Assert.Contains("capital-of", fault.Message);
        Assert.Contains("ask for fewer", fault.Message);
    }

    [Fact]
    public void An_unknown_behaviour_is_answered_with_the_known_ones()
    {
        Tensors.InputException fault =
            Assert.Throws<Tensors.InputException>(() => Shipped.World.Prompts("telepathy", Split.HeldOut, 1, 1));
        Assert.Contains("telepathy", fault.Message);
        Assert.Contains("indirect-object", fault.Message);
    }

    [Fact]
    public void Another_seed_is_another_world()
    {
        World other = World.Load(Shipped.Path, seed: 8);
        Assert.Equal(Shipped.World.Vocabulary, other.Vocabulary);
        Assert.NotEqual(Code(Shipped.World), Code(other));
        Assert.NotEqual(Shipped.World.Document(1, 0), other.Document(1, 0));

        static string Code(World world) =>
            string.Join(' ', world.Prompts("private-record", Split.Training, 1, 1)[0].Answers);
    }

    [Fact]
    public void Shares_of_the_behaviours_stay_in_balance()
    {
        Assert.All(Shipped.World.Behaviours, behaviour => Assert.InRange(behaviour.Share, 0.02, 0.2));
        Assert.InRange(Shipped.World.Behaviours.Sum(behaviour => behaviour.Share), 0.6, 1);
    }
}
