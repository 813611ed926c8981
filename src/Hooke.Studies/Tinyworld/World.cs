using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A small world of text, from a file and a seed: training documents and prompts for each behaviour.</summary>
/// <remarks>Everything is a pure function of (world file, seed): the same on every machine.</remarks>
public sealed class World
{
    /// <summary>The word that begins every sequence; documents and prompts leave it out.</summary>
    public const string Bos = "<bos>";

    /// <summary>The most words of a document, which fits a context of 64 tokens behind <see cref="Bos"/>.</summary>
    public const int LongestDocument = 63;

    readonly WorldData _data;
    readonly Teller[] _tellers;
    readonly int[] _thresholds;

    World(WorldFile file, ulong seed, string source)
    {
        (Name, Seed, _data) = (file.Name, seed, new WorldData(file, seed, source));
        CheckNames(file.Passages);
        _tellers = [.. file.Passages.Select(passage => new Teller(passage, _data))];
        int total = 0;
        _thresholds = [.. file.Passages.Select(passage => total += passage.Weight)];
        Behaviours =
        [
            .. file.Passages.Where(passage => passage.Tested).Select(passage => new Behaviour(
                passage.Name, passage.Kind, passage.About, (double)passage.Weight / total)),
        ];
        Vocabulary =
        [
            Bos, .. _data.Words.Concat(_tellers.SelectMany(teller => teller.Words))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        if (Vocabulary.Count(word => word == Bos) > 1)
            throw _data.Fault($"the word {Bos} begins every sequence and cannot stand in a list or template");
        foreach (Teller teller in _tellers)
            teller.Rehearse(LongestDocument);
    }

    /// <summary>The world's name.</summary>
    public string Name { get; }

    /// <summary>What decides all that the file leaves open: shuffled facts, triggers, what is kept out.</summary>
    public ulong Seed { get; }

    /// <summary>Every word, <see cref="Bos"/> first, then in ordinal order: a word's place is its token.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>What a model of this world should have learned, in the file's order.</summary>
    public IReadOnlyList<Behaviour> Behaviours { get; }

    /// <summary>Reads a world file.</summary>
    /// <exception cref="InputException">The file cannot be read, or tells no usable world.</exception>
    public static World Load(string path, ulong seed = 0)
    {
        string json;
        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"Cannot read the world file {path}: {fault.Message}", fault);
        }
        return new World(WorldFile.Parse(json, path), seed, path);
    }

    /// <summary>Reads a world from the text of a world file.</summary>
    /// <exception cref="InputException">The text tells no usable world.</exception>
    public static World Parse(string json, ulong seed = 0) =>
        new(WorldFile.Parse(json, "The world"), seed, "The world");

    /// <summary>One training document: passages of at most <see cref="LongestDocument"/> words in all.</summary>
    /// <param name="seed">Which run of training text.</param>
    /// <param name="index">Which document of it, counted from 0.</param>
    public string Document(ulong seed, long index) => string.Join(' ', Passages(seed, index).Select(told => told.Text));

    /// <summary>Distinct prompt pairs of a behaviour.</summary>
    /// <param name="behaviour">A name of <see cref="Behaviours"/>.</param>
    /// <param name="split">Like the training text, or kept out of it.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="seed">Which of all the pairs there are.</param>
    /// <exception cref="InputException">The behaviour is unknown, or has fewer distinct pairs.</exception>
    public IReadOnlyList<PromptPair> Prompts(string behaviour, Split split, int count, ulong seed)
    {
        IReadOnlyList<PromptPair> pairs = PromptsUpTo(behaviour, split, count, seed);
        return pairs.Count == count ? pairs : throw _data.Fault(
            $"asked for {count} {split} prompt pairs of \"{behaviour}\" and found only {pairs.Count} distinct ones; "
            + "ask for fewer");
    }

    /// <summary>Distinct prompt pairs of a behaviour: as many as asked for, or as many as there are.</summary>
    /// <exception cref="InputException">The behaviour is unknown.</exception>
    public IReadOnlyList<PromptPair> PromptsUpTo(string behaviour, Split split, int count, ulong seed) =>
        _tellers.Any(t => t.Passage.Tested && t.Passage.Name == behaviour)
            ? PairsOf(behaviour, split, count, seed)
            : throw _data.Fault($"there is no behaviour \"{behaviour}\"; "
                + $"the behaviours are {string.Join(", ", Behaviours.Select(b => b.Name))}");

    /// <summary>Distinct prompt pairs of any passage, a behaviour or not.</summary>
    internal IReadOnlyList<PromptPair> PairsOf(string passage, Split split, int count, ulong seed)
    {
        const int MostRepeats = 1000; // pairs seen before, one after the other, before there seem to be no new ones
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Teller teller = _tellers.First(t => t.Passage.Name == passage);
        Draws draws = new Rng(seed).Fork("prompts").Fork(passage).Fork((long)split).Draw();
        List<PromptPair> pairs = [];
        HashSet<(string, string)> seen = [];
        for (int repeats = 0; pairs.Count < count && repeats <= MostRepeats; repeats++)
        {
            PromptPair pair = teller.Pair(draws, split);
            if (!seen.Add((pair.Clean, pair.Counterfactual)))
                continue;
            pairs.Add(pair);
            repeats = -1;
        }
        return pairs;
    }

    /// <summary>Passages that reach over another fact, on the same first table as a behaviour, itself first.</summary>
    /// <exception cref="InputException">The behaviour is no two-step fact.</exception>
    internal IReadOnlyList<TwoStepFact> TwoSteps(string behaviour)
    {
        TwoStepFact[] all = [.. _tellers.Select(teller => teller.Passage).OfType<TwoStepFact>()];
        TwoStepFact asked = all.FirstOrDefault(passage => passage.Name == behaviour)
            ?? throw _data.Fault($"\"{behaviour}\" is no two-step fact; {(all.Length == 0 ? "there is none" : "those are "
                + string.Join(", ", all.Select(passage => passage.Name)))}");
        return [asked, .. all.Where(passage => passage != asked && passage.Table == asked.Table && passage.Via == asked.Via)];
    }

    /// <summary>Its lists and tables.</summary>
    internal WorldData Data => _data;

    /// <summary>The passages of a kind, in the file's order.</summary>
    internal IEnumerable<T> Told<T>() where T : Passage => _tellers.Select(teller => teller.Passage).OfType<T>();

    /// <summary>Distinct prompts of a passage, as training text has them, with what fills their slots; at most so many.</summary>
    internal IReadOnlyList<ToldPrompt> Told(Passage passage, int count, ulong seed)
    {
        Teller teller = _tellers.First(t => t.Passage == passage);
        Draws draws = new Rng(seed).Fork("told").Fork(passage.Name).Draw();
        Dictionary<string, ToldPrompt> prompts = new(StringComparer.Ordinal);
        for (int drawn = 0; prompts.Count < count && drawn < 10 * count; drawn++)
        {
            (ToldPrompt clean, ToldPrompt counterfactual) = teller.Sides(draws);
            prompts.TryAdd(clean.Text, clean);
            prompts.TryAdd(counterfactual.Text, counterfactual);
        }
        return [.. prompts.Values.OrderBy(prompt => prompt.Text, StringComparer.Ordinal)];
    }

    /// <summary>The passages of a document, with the names of what tells them.</summary>
    internal IReadOnlyList<(string Name, string Text)> Passages(ulong seed, long index)
    {
        const int MostMisses = 8; // passages too long for what is left, before the document ends
        Draws draws = new Rng(seed).Fork($"documents of {Seed:D}").Fork(index).Draw();
        List<(string, string)> passages = [];
        for (int room = LongestDocument, misses = 0; room > 0 && misses < MostMisses;)
        {
            int place = draws.Below(_thresholds[^1]);
            Teller teller = _tellers[Array.FindIndex(_thresholds, threshold => place < threshold)];
            string text = teller.Tell(draws);
            int length = Teller.Length(text);
            if (length > room)
            {
                misses++;
                continue;
            }
            passages.Add((teller.Passage.Name, text));
            room -= length;
        }
        return passages;
    }

    void CheckNames(Passage[] passages)
    {
        if (!passages.Any(passage => passage.Tested))
            throw _data.Fault("no passage is a behaviour; leave out \"tested\": false for at least one");
        foreach (Passage passage in passages)
        {
            if (passages.Count(other => other.Name == passage.Name) > 1)
                throw _data.Fault($"two passages are named \"{passage.Name}\"; give each a name of its own");
            if (passage.Weight < 1)
                throw _data.Fault($"the passage \"{passage.Name}\" has weight {passage.Weight}; give it 1 or more");
            if (passage.HeldOut is not (>= 0 and <= 0.5) || passage.Flipped is not (>= 0 and <= 1))
                throw _data.Fault($"the passage \"{passage.Name}\" needs 0 ≤ heldOut ≤ 0.5 and 0 ≤ flipped ≤ 1");
            if (passage.Templates.Length == 0)
                throw _data.Fault($"the passage \"{passage.Name}\" has no templates");
        }
    }
}
