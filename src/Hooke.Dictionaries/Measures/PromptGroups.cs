namespace Hooke.Dictionaries;

/// <summary>Sums over some of the prompts, to which those of others can be added.</summary>
interface ISums<in TSelf>
{
    /// <summary>Adds the sums over other prompts.</summary>
    void Add(TSelf other);
}

/// <summary>
/// Sums over a token set of any length, kept for at most 32 groups of prompts that follow one another: where there would
/// be more, neighbours become one. So memory stays bounded, and an interval can be had by leaving one group out at a time.
/// </summary>
sealed class PromptGroups<TSums>(Func<TSums> make)
    where TSums : class, ISums<TSums>
{
    /// <summary>How many groups there are at most.</summary>
    public const int Most = 32;

    readonly List<TSums> _groups = [];
    int _promptsOfGroup = 1, _promptsOfLast;

    /// <summary>The groups.</summary>
    public IReadOnlyList<TSums> All => _groups;

    /// <summary>The sums over all prompts.</summary>
    public TSums Total
    {
        get
        {
            TSums total = make();
            foreach (TSums group in _groups)
                total.Add(group);
            return total;
        }
    }

    /// <summary>The sums of the group that the next prompt belongs to.</summary>
    public TSums OfNextPrompt()
    {
        if (_groups.Count == 0 || _promptsOfLast == _promptsOfGroup)
        {
            if (_groups.Count == Most)
                Merge();
            _groups.Add(make());
            _promptsOfLast = 0;
        }
        _promptsOfLast++;
        return _groups[^1];
    }

    void Merge()
    {
        for (int i = 0; i < Most / 2; i++)
        {
            _groups[i] = _groups[2 * i];
            _groups[i].Add(_groups[(2 * i) + 1]); // that one was not overwritten: 2 i + 1 > i
        }
        _groups.RemoveRange(Most / 2, Most / 2);
        _promptsOfGroup *= 2;
    }
}
