using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Puts the cases of one passage into its templates.</summary>
sealed class Teller
{
    readonly Template[] _training;
    readonly Template[] _heldOut;
    readonly WorldData _world;

    public Teller(Passage passage, WorldData world)
    {
        (Passage, _world) = (passage, world);
        _training = [.. passage.Templates.Select(Parse)];
        _heldOut = passage.HeldOutTemplates.Length > 0 ? [.. passage.HeldOutTemplates.Select(Parse)] : _training;
        passage.Prepare(world);

        Template Parse(string text) => new(text, world, passage.Where);
    }

    public Passage Passage { get; }

    public IEnumerable<string> Words =>
        _training.Concat(_heldOut).SelectMany(template => template.Literals).Concat(Passage.OwnWords);

    public static int Length(string text) => text.AsSpan().Count(' ') + 1;

    /// <summary>A training passage, of either side.</summary>
    public string Tell(Draws draws)
    {
        Template template = draws.Pick(_training);
        Case drawn = Draw(draws, Split.Training, template);
        return draws.Chance(Passage.Flipped)
            ? template.Passage(drawn.Counterfactual, draws.Pick(drawn.Foils))
            : template.Passage(drawn.Clean, draws.Pick(drawn.Answers));
    }

    public PromptPair Pair(Draws draws, Split split)
    {
        Template template = draws.Pick(split == Split.Training ? _training : _heldOut);
        Case drawn;
        do // training text also holds cases where both sides have one answer, such as harmless requests
            drawn = Draw(draws, split, template);
        while (drawn.Answers[0] == drawn.Foils[0]);
        return new PromptPair(
            template.Prompt(drawn.Clean), template.Prompt(drawn.Counterfactual), drawn.Answers, drawn.Foils);
    }

    /// <summary>Both sides of a case like those of the training text, with what fills the slots.</summary>
    public (ToldPrompt Clean, ToldPrompt Counterfactual) Sides(Draws draws)
    {
        Template template = draws.Pick(_training);
        Case drawn = Draw(draws, Split.Training, template);
        return (new(template.Prompt(drawn.Clean), drawn.Clean, drawn.Answers, IsClean: true),
            new(template.Prompt(drawn.Counterfactual), drawn.Counterfactual, drawn.Foils, IsClean: false));
    }

    /// <summary>Draws from both splits, so that a world which cannot tell its passages is refused before use.</summary>
    public void Rehearse(int longest)
    {
        Draws draws = new Rng(0).Fork("rehearsal").Fork(Passage.Name).Draw();
        for (int i = 0; i < 100; i++)
        {
            int length = Length(Tell(draws));
            if (length > longest)
                throw _world.Fault($"{Passage.Where} has a passage of {length} words; the most is {longest}");
            if (Passage.Tested)
                Check(Pair(draws, Split.HeldOut));
        }
    }

    void Check(PromptPair pair)
    {
        if (Length(pair.Clean) != Length(pair.Counterfactual))
            throw _world.Fault($"{Passage.Where} has a pair of prompts of {Length(pair.Clean)} and "
                + $"{Length(pair.Counterfactual)} words, \"{pair.Clean}\" and \"{pair.Counterfactual}\"; "
                + "what fills a slot must be equally long on both sides");
        if (pair.Answers.Concat(pair.Foils).FirstOrDefault(word => word.Contains(' ')) is string long2)
            throw _world.Fault($"{Passage.Where} has the answer \"{long2}\", which is more than one word");
        if (pair.Answers.Intersect(pair.Foils).FirstOrDefault() is string both)
            throw _world.Fault($"{Passage.Where} has \"{both}\" as the right and the wrong word of one prompt");
    }

    Case Draw(Draws draws, Split split, Template template)
    {
        const int Attempts = 2000; // draws that belong to the other split, before the world counts as too small
        for (int attempt = 0; attempt < Attempts; attempt++)
            if (Passage.Try(draws, split, template) is Case drawn)
                return template.Complete(drawn, _world, draws);
        throw _world.Fault($"{Passage.Where} finds no {(split == Split.Training ? "training" : "held-out")} case for "
            + $"\"{template.Text}\"; give it more words, or change its \"heldOut\" ({Passage.HeldOut})");
    }
}
